-- What wrk sends: wrk -s requests.lua URL -- MODE PREFIX ROWS [API-KEY]
--   issue       credentials that nobody has, their names beginning with PREFIX
--   duplicate   credentials that are among the ROWS
--   verify      ids that are among the ROWS
--   mix         nine verifications for each issuance
--   get         what the URL names
-- and one line of JSON in the end.

local headers = { ["Content-Type"] = "application/json" }
local mode, prefix, rows
local count = 0

function init(args)
    mode, prefix, rows = args[1], args[2], tonumber(args[3])
    headers["X-API-Key"] = args[4]
    math.randomseed(os.time())
end

local function issue(name, email)
    local body = string.format('{"name":"%s","email":"%s","credentialType":"degree"}', name, email)
    return wrk.format("POST", "/issuance/credentials", headers, body)
end

local function fresh()
    count = count + 1
    return issue(prefix .. count, "bench@example.org")
end

local function duplicate()
    local n = math.random(rows)
    return issue("Person " .. n, "person" .. n .. "@example.org")
end

local function verify()
    local body = string.format('{"id":"00000000-0000-7000-8000-%012d"}', math.random(rows))
    return wrk.format("POST", "/verification/credentials", headers, body)
end

function request()
    if mode == "issue" then return fresh() end
    if mode == "duplicate" then return duplicate() end
    if mode == "verify" then return verify() end
    if mode == "mix" then return math.random(10) == 1 and fresh() or verify() end
    return wrk.format("GET")
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"refused":%d,"lost":%d,"p50":%.3f,"p99":%.3f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
