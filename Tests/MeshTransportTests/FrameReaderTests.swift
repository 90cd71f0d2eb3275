import MeshCore
import MeshTransport
import NIOCore
import Testing

/// Frames are cut out of the stream however it arrives, and refused by their headers.
struct FrameReaderTests {
    private static func stream(_ frames: [[UInt8]]) -> [UInt8] {
        frames.flatMap { frame in header(frame.count) + frame }
    }

    private static func header(_ length: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }

    /// All frames that come out when `pieces` go in one by one.
    private static func read(_ pieces: [[UInt8]], open: Bool = true) throws(LinkFailure) -> [[UInt8]] {
        var reader = FrameReader()
        reader.isOpen = open
        var frames: [[UInt8]] = []
        for piece in pieces {
            reader.append(ByteBuffer(bytes: piece))
            while let frame = try reader.next() { frames.append(frame) }
        }
        return frames
    }

    @Test func framesComeOutWholeByteByByteAndAllAtOnce() throws {
        let frames: [[UInt8]] = [[1], [2, 3], [], Array(repeating: 4, count: 300), [5]]
        let bytes = Self.stream(frames)
        #expect(try Self.read([bytes]) == frames)
        #expect(try Self.read(bytes.map { [$0] }) == frames)
    }

    @Test(arguments: 0..<50) func framesComeOutWholeHoweverTheStreamIsCut(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let frames = (0..<20).map { _ in
            [UInt8](
                repeating: .random(in: 0...255, using: &generator), count: .random(in: 0...3_000, using: &generator))
        }
        var (rest, pieces) = (Self.stream(frames)[...], [[UInt8]]())
        while !rest.isEmpty {
            let count = Int.random(in: 1...2_000, using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        #expect(try Self.read(pieces) == frames)
    }

    @Test func beforeTheHandshakeAFrameHasAtMost4KiB() throws {
        let longest = [UInt8](repeating: 0, count: 4_096)
        #expect(try Self.read([Self.stream([longest])], open: false) == [longest])
        #expect(throws: LinkFailure.frameTooLong(length: 4_097, limit: 4_096)) {
            // The kind decides: a HELLO (0) may not be longer.
            try Self.read([Self.header(4_097) + [0, 0, 0, 0]], open: false)
        }
        #expect(throws: LinkFailure.frameTooLong(length: 65_537, limit: 4_096)) {
            try Self.read([Self.header(65_537)], open: false)
        }
    }

    @Test func onlyAWelcomeMayHave64KiBBeforeTheHandshake() throws {
        let welcome = [1, 0, 0, 0] + [UInt8](repeating: 7, count: 65_532)
        #expect(try Self.read(Self.stream([welcome]).map { [$0] }, open: false) == [welcome])
        // The header alone does not tell yet.
        #expect(try Self.read([Self.header(65_536)], open: false).isEmpty)
    }

    @Test func anOpenLinkTakesAMebibyteAndRefusesMoreByTheHeader() throws {
        let longest = [UInt8](repeating: 0, count: 1_048_576)
        #expect(try Self.read([Self.stream([longest])]) == [longest])
        #expect(throws: LinkFailure.frameTooLong(length: 1_048_577, limit: 1_048_576)) {
            try Self.read([Self.header(1_048_577)])
        }
        #expect(throws: LinkFailure.frameTooLong(length: 4_294_967_295, limit: 1_048_576)) {
            try Self.read([[255, 255, 255, 255]])
        }
    }
}
