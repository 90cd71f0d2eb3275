internal import MeshCore
internal import MeshCrypto
internal import MeshTransport

extension MeshConfig {
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
        return NodeDriver.Settings(
            transport: Transport.Settings(
                bind: bindAddress, tls: context, connectTimeout: connectTimeout,
                discoveryPort: discovers && discoveryPort != 0 ? discoveryPort : nil, logger: logger),
            advertise: advertise,
            append: append, store: messageStore)
    }
}
