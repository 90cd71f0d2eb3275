import MeshCore

extension Message {
    /// Bytes of the frame on the wire, its length included: as long as `encoded()` and 4 more, without encoding what
    /// is long. A thousand nodes exchange gigabytes whose length is all that matters here.
    var frameSize: Int {
        switch self {
        case .heartbeat: 4 + 4 + 20
        case .digest(let digest) where digest.detail == nil: 4 + 4 + 32 + 1
        case .delta(let delta): 4 + 4 + 8 + 1 + delta.records.reduce(0) { $0 + $1.frameSize }
        case .gossip(let gossip): 4 + 4 + 3 + gossip.item.frameSize
        case .ihave(let message): 4 + 4 + 1 + 8 + message.entries.count * 66
        case .operations(let chunk):
            4 + 4 + 8 + chunk.operations.reduce(0) { $0 + 4 + $1.signed.frameSize }
        case .routed(let routed): 4 + 4 + 33 + 4 + routed.item.signed.frameSize
        default: 4 + encoded().count
        }
    }
}

extension Signed {
    fileprivate var frameSize: Int { 8 + body.count + Signature.count }
}

extension BroadcastItem {
    fileprivate var frameSize: Int {
        switch self {
        case .chat(let envelope):
            4 + envelope.message.frameSize + 8 + envelope.wraps.bytes.count + 8 + envelope.ciphertext.count
        case .raw(let signed): 4 + signed.frameSize
        }
    }
}
