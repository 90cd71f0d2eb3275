/// Domain separation: every signature and hash input begins with a label of its own, so that no byte string has two
/// readings. `L(t) = "mesh/1/" ‖ t ‖ 0x00 ‖ networkID`; labels are ASCII without NUL, so none is a prefix of another.
package enum Label {
    /// What is signed. Nothing else ever is: no function signs a caller's raw bytes.
    package enum SignatureType: String, Sendable, CaseIterable {
        case genesis, invite, revoke, record, message, sync, reply, ack, raw, hello, reject, welcome

        /// Signed under the zero network: the other end may not know the network.
        package var isNetworkless: Bool {
            switch self {
            case .genesis, .hello, .reject: true
            default: false
            }
        }
    }

    /// What is hashed or derived, each in one place.
    package enum Purpose: String, Sendable, CaseIterable {
        case idNetwork = "id/network"
        case idOperation = "id/operation"
        case idRecord = "id/record"
        case idMessage = "id/message"
        case idSync = "id/sync"
        case idRaw = "id/raw"
        case open, keys, content, ciphertext, wraps, bind, hpke, reseal, audience, pkid, tag, lan, digest, vector, state
    }

    /// What a signature of this type covers in front of the body.
    package static func signature(_ type: SignatureType, in network: Hash) -> [UInt8] {
        bytes(type.rawValue, type.isNetworkless ? .zero : network)
    }

    package static func of(_ purpose: Purpose, in network: Hash) -> [UInt8] { bytes(purpose.rawValue, network) }

    /// `L0`: the same with 32 zero bytes for the network.
    package static func of(_ purpose: Purpose) -> [UInt8] { bytes(purpose.rawValue, .zero) }

    /// Labels that name no network: exporter contexts.
    package static let wrap = plain("wrap")
    package static let reseal = plain("reseal")
    /// The chord weight of two members (topology): not secret, not signed.
    package static let chord = plain("chord")
    /// The safety number of a pair of keys.
    package static let safety = plain("safety")
    /// The channel value of clear mode: SHA-256(this ‖ dialler's nonce ‖ acceptor's nonce).
    package static let clear = plain("clear")
    /// The TLS exporter's label (RFC 8446, section 7.5).
    package static let exporter = "EXPORTER-mesh/1"

    /// Every hash and signature begins here: one array, with room for a short body behind it.
    private static func bytes(_ name: String, _ network: Hash) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "mesh/1/".utf8)
        bytes.append(contentsOf: name.utf8)
        bytes.append(0)
        network.bytes.append(to: &bytes)
        return bytes
    }

    private static func plain(_ name: String) -> [UInt8] { Array("mesh/1/\(name)".utf8) + [0] }
}
