package import MeshCore
package import NIOCore

/// Cuts the byte stream of one link into frames: a u32 little-endian length, then so many bytes.
///
/// A frame that is too long is refused by its header alone, and memory is only ever taken for bytes that have
/// arrived, so that a length costs the sender as much as it costs us.
package struct FrameReader {
    package static let headerSize = 4

    /// True once the handshake is complete: frames may then be 1 MiB instead of 4 KiB.
    package var isOpen = false
    private var pending = ByteBuffer()

    package init() {}

    package mutating func append(_ bytes: ByteBuffer) {
        if pending.readableBytes == 0 {
            pending = bytes
        } else {
            var bytes = bytes
            pending.discardReadBytes()
            pending.writeBuffer(&bytes)
        }
    }

    /// The next whole frame, or nil until more bytes come. An empty frame is handed out as such: no message is
    /// empty, so the decoder refuses it.
    package mutating func next() throws(LinkFailure) -> [UInt8]? {
        let start = pending.readerIndex
        guard let header = pending.getInteger(at: start, endianness: .little, as: UInt32.self) else { return nil }
        let length = Int(header)
        guard let limit = limit(length: length) else { return nil }
        guard length <= limit else { throw .frameTooLong(length: length, limit: limit) }
        guard pending.readableBytes - Self.headerSize >= length else { return nil }
        pending.moveReaderIndex(forwardBy: Self.headerSize)
        return pending.readBytes(length: length)
    }

    /// How long this frame may be; nil while that depends on a kind that has not arrived. Before the handshake is
    /// complete only a WELCOME, which may carry what admits a newcomer, may be longer than 4 KiB.
    private func limit(length: Int) -> Int? {
        if isOpen { return WireLimits.frame }
        guard length > WireLimits.frameBeforeWelcome, length <= WireLimits.welcomeFrame else {
            return WireLimits.frameBeforeWelcome
        }
        let kind = pending.getInteger(
            at: pending.readerIndex + Self.headerSize, endianness: .little, as: UInt32.self)
        guard let kind else { return nil }
        return kind == 1 ? WireLimits.welcomeFrame : WireLimits.frameBeforeWelcome
    }
}

extension ByteBuffer {
    /// Appends one frame.
    mutating func writeFrame(_ bytes: [UInt8]) {
        writeInteger(UInt32(bytes.count), endianness: .little)
        writeBytes(bytes)
    }
}
