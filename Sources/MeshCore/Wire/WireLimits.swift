/// Bounds of the wire format. Counts and lengths are checked against these before anything is allocated.
package enum WireLimits {
    package static let protocolVersion: UInt16 = 1
    /// The format byte of every signed body.
    package static let bodyFormat: UInt8 = 1

    /// A frame is a u32 length and that many bytes; longer ones are refused by the header.
    package static let frameBeforeWelcome = 4 * 1_024
    package static let welcomeFrame = 64 * 1_024
    package static let frame = 1_024 * 1_024
    /// Lists are cut into frames of about this size.
    package static let chunk = 256 * 1_024
    /// The largest signed body is a SyncResponse.
    package static let signedBody = frame

    package static let name = 64
    package static let nick = 128
    package static let roster = 255
    package static let frontier = 16
    package static let chains = 16
    package static let admissionOperations = 256
    package static let others = 16
    package static let endpoints = 8
    package static let recordKey = 64
    package static let recordValue = 4 * 1_024
    package static let links = 256
    package static let prekeys = 4
    /// 3,592 bytes of a record.
    package static let acks = 64
    package static let members = 10_000
    package static let operationIDs = 16_384
    package static let operations = 4_096
    package static let records = 4_096
    package static let ihave = 1_000
    /// 90 KB of a frame; a group of more is served by repair.
    package static let wraps = 1_024
    /// 64 KiB bucket and a 16-byte tag.
    package static let ciphertext = 64 * 1_024 + 16
    package static let plaintext = 64 * 1_024
    package static let raw = 64 * 1_024
    package static let vectorChains = 16_384
    package static let ranges = 256
    package static let syncItems = 256
    /// Sequence numbers and Lamport times stay below this, so that adding to them cannot overflow.
    package static let sequence: UInt64 = 1 << 53
    /// How far a `Routed` item travels.
    package static let routedHops: UInt8 = 64
}
