package import MeshCore
internal import NIOCore

/// The IPv4 and IPv6 addresses of this machine, as far as a node bound to `host` may use them.
///
/// Bound to the unspecified address, a node uses all interfaces; bound to one address, only the interface of that
/// one: a node on 127.0.0.1 tells the local net nothing.
package struct LocalNetwork: Sendable, Equatable {
    struct Interface: Sendable, Equatable {
        let address: String
        /// IPv4 only.
        var number: UInt32?
        var mask: UInt32?
        var broadcast: String?
        var isLoopback: Bool { IPAddress.isLoopback(address) }
    }

    let interfaces: [Interface]

    init(interfaces: [Interface]) { self.interfaces = interfaces }

    /// As the system lists them now.
    package static func current(boundTo host: String) -> LocalNetwork {
        let devices = (try? System.enumerateDevices()) ?? []
        let all = devices.compactMap(Interface.init)
        return LocalNetwork(interfaces: isUnspecified(host) ? all : all.filter { $0.contains(host) })
    }

    static func isUnspecified(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }

    /// Where a datagram to everybody on the local net goes.
    var broadcastAddresses: [String] { interfaces.compactMap(\.broadcast) }

    /// True for addresses on a subnet of this machine, its own included.
    func isLocal(_ address: String) -> Bool { interfaces.contains { $0.contains(address) } }

    func isOwn(_ address: String) -> Bool { interfaces.contains { $0.address == address } }

    /// Under which addresses others may dial a listener on `port`, best first: all that are neither loopback nor
    /// link-local; on a machine without any such address, loopback.
    package func reachable(boundTo host: String, port: UInt16) -> [Endpoint] {
        guard Self.isUnspecified(host) else { return [Endpoint(host: host, port: port)] }
        let usable = interfaces.filter { interface in
            !interface.isLoopback && !interface.address.lowercased().hasPrefix("fe80")
                && (host == "::" || interface.number != nil)
        }
        let addresses = usable.map(\.address)
        return (addresses.isEmpty ? ["127.0.0.1"] : addresses).map { Endpoint(host: $0, port: port) }
    }
}

extension LocalNetwork.Interface {
    init?(_ device: NIONetworkDevice) {
        guard let address = device.address?.ipAddress else { return nil }
        self.init(
            address: address, number: IPAddress.ipv4(address),
            mask: device.netmask?.ipAddress.flatMap(IPAddress.ipv4), broadcast: nil)
        // Computed, because Linux gives the loopback interface no broadcast address, although it has one.
        if let number, let mask, mask != .max, device.broadcastAddress != nil || isLoopback {
            broadcast = IPAddress.text(number | ~mask)
        }
    }

    func contains(_ other: String) -> Bool {
        if other == address { return true }
        guard let number, let mask, let other = IPAddress.ipv4(other) else { return false }
        return number & mask == other & mask
    }
}
