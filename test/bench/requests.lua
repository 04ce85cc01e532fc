-- What wrk sends: wrk -s requests.lua URL -- MODE PREFIX ROWS [API-KEY]
--   issue       credentials that nobody has, their names beginning with PREFIX
--   duplicate   credentials that are among the ROWS
--   verify      ids that are among the ROWS
--   mix         nine verifications for each issuance
--   get         what the URL names
-- and one line of JSON in the end. A request costs wrk little: all but a number in it is made once.

local digits = "############"
local make = {} -- by mode: makes the next request
local mode
local count = 0

-- Begin and end of a request whose body holds a number of twelve digits.
local function divided(path, headers, body)
    local text = wrk.format("POST", path, headers, body)
    local from, to = text:find(digits, 1, true)
    return { head = text:sub(1, from - 1), tail = text:sub(to + 1) }
end

local function numbered(parts, number)
    return parts.head .. string.format("%012d", number) .. parts.tail
end

local function issuance(name)
    return string.format('{"name":"%s%s","email":"bench@example.org","credentialType":"degree"}',
        name, digits)
end

function init(args)
    local prefix, rows = args[2], tonumber(args[3])
    mode = args[1]
    local headers = { ["Content-Type"] = "application/json", ["X-API-Key"] = args[4] }
    local new = divided("/issuance/credentials", headers, issuance(prefix))
    local same = divided("/issuance/credentials", headers, issuance("Person "))
    local known = divided("/verification/credentials", headers,
        '{"id":"00000000-0000-7000-8000-' .. digits .. '"}')
    local get = wrk.format("GET")
    math.randomseed(os.time())

    function make.issue()
        count = count + 1
        return numbered(new, count)
    end
    function make.duplicate() return numbered(same, math.random(rows)) end
    function make.verify() return numbered(known, math.random(rows)) end
    function make.mix()
        return math.random(10) == 1 and make.issue() or make.verify()
    end
    function make.get() return get end
end

function request() return make[mode]() end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%.6f,"refused":%d,"lost":%d,"p50":%.3f,"p99":%.3f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
