package import ChatKit
internal import Glibc

/// Ports for nodes that keep them across restarts. They lie below those that the system gives to outgoing connections
/// (32768 and up), so that none is taken while its node is down.
package struct PortFinder: Sendable {
    package static let standard: ClosedRange<UInt16> = 20_000...29_999

    private let range: ClosedRange<UInt16>
    private var next: UInt16
    /// Found before, and perhaps not yet listened on.
    private var given: Set<UInt16> = []

    package init(_ range: ClosedRange<UInt16> = standard) {
        self.range = range
        // Clusters that are started side by side rarely look at the same ports.
        next = range.randomElement() ?? range.lowerBound
    }

    /// - Throws: ``UserError`` 73 when all are taken.
    package mutating func find(on host: String = "127.0.0.1") throws(UserError) -> UInt16 {
        for _ in 0..<range.count {
            let port = next
            next = next == range.upperBound ? range.lowerBound : next + 1
            if Self.isFree(port, on: host), given.insert(port).inserted { return port }
        }
        throw UserError(
            .cannotCreate,
            "all ports from \(range.lowerBound) to \(range.upperBound) are in use; give others with --ports FROM-TO")
    }

    private static func isFree(_ port: UInt16, on host: String) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var reuse: Int32 = 1
        // Reason for unsafe, here and below: the calls read local values whose address and size they get.
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = unsafe inet_addr(host)
        return unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe bind(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        } == 0
    }

    /// `20000-20100`.
    package static func range(_ text: String) -> ClosedRange<UInt16>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first > 0, first <= last else { return nil }
        return first...last
    }
}
