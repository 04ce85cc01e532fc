#include "SynFilter.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

namespace kubecred::http {

bool refuseNewConnections(int fd) noexcept {
    // The filter of a TCP socket sees each packet from its TCP header on (RFC 9293, section 3.1).
    constexpr std::uint32_t flagsOffset = 13;
    constexpr std::uint32_t synAndAck = 0x12;
    constexpr std::uint32_t syn = 0x02;
    constexpr std::uint32_t everything = 0xffffffff;
    std::array<sock_filter, 5> program{{
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, flagsOffset},
        {BPF_ALU | BPF_AND | BPF_K, 0, 0, synAndAck},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, syn},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, everything},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

} // namespace kubecred::http
