package import MeshCore
internal import MeshCrypto
internal import MeshTransport

extension MeshConfig {
    /// Where others could dial a node that listens there, best first.
    package static func reachable(listening endpoint: Endpoint) -> [Endpoint] {
        LocalNetwork.current(boundTo: endpoint.host).reachable(boundTo: endpoint.host, port: endpoint.port)
    }

    /// What the sockets and the driver need of it.
    func driverSettings(identity: IdentityKey) throws(MeshError) -> NodeDriver.Settings {
        let context: TLSContext?
        do throws(TLSSetupError) {
            context = tls ? try TLSContext(identity: identity) : nil
        } catch {
            throw MeshError(.internal, "this OpenSSL cannot be set up for TLS 1.3 (\(error.call))")
        }
        var append: (@Sendable ([[UInt8]]) throws -> Void)?
        if let store { append = { entries in try store.append(entries) } }
        var transport = Transport.Settings(
            bind: bindAddress, tls: context, connectTimeout: connectTimeout,
            discoveryPort: discovers && discoveryPort != 0 ? discoveryPort : nil, logger: logger)
        transport.faults = faults
        return NodeDriver.Settings(transport: transport, advertise: advertise, append: append, store: messageStore)
    }
}
