import MeshCore
import NIOCore
import NIOEmbedded
import Testing

@testable import MeshTransport

/// What a bad network does to one link, as both ends see it.
@Suite struct FaultTests {
    /// A link whose line can be made bad.
    private final class Line {
        let loop = EmbeddedEventLoop()
        let channel: EmbeddedChannel
        let handler: FaultHandler
        private final class Holder { var fault = LinkFault() }
        private let holder = Holder()

        init() throws {
            let holder = holder
            handler = FaultHandler { holder.fault }
            channel = EmbeddedChannel(loop: loop)
            try channel.pipeline.syncOperations.addHandler(handler)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        }

        var fault: LinkFault {
            get { holder.fault }
            set {
                holder.fault = newValue
                handler.faultChanged()
            }
        }

        func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
        func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

        var sent: [String] { get throws { try drain { try channel.readOutbound(as: ByteBuffer.self) } } }
        var received: [String] { get throws { try drain { try channel.readInbound(as: ByteBuffer.self) } } }

        private func drain(_ next: () throws -> ByteBuffer?) rethrows -> [String] {
            var texts: [String] = []
            while let bytes = try next() { texts.append(String(buffer: bytes)) }
            return texts
        }
    }

    @Test func aGoodLineCarriesEverythingAtOnce() throws {
        let line = try Line()
        line.send("out")
        try line.receive("in")
        #expect(try line.sent == ["out"])
        #expect(try line.received == ["in"])
    }

    @Test func aCutHoldsBackOneDirectionAndAHealLetsGoInOrder() throws {
        let line = try Line()
        line.fault.cutsOutward = true
        line.send("one")
        line.send("two")
        try line.receive("in")
        #expect(try line.sent.isEmpty)
        #expect(try line.received == ["in"])
        line.fault = LinkFault()
        line.send("three")
        #expect(try line.sent == ["one", "two", "three"])
        line.fault.cutsInward = true
        try line.receive("late")
        #expect(try line.received.isEmpty)
        line.fault = LinkFault()
        #expect(try line.received == ["late"])
    }

    @Test func theWritesOfALinkThatEndsDuringACutFail() throws {
        let line = try Line()
        line.fault.cutsOutward = true
        let written = line.channel.writeAndFlush(ByteBuffer(string: "lost"))
        line.channel.close(promise: nil)
        #expect(throws: (any Error).self) { try written.wait() }
        #expect(try line.sent.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func delayAndLossCostTimeButNoOrder() throws {
        var fault = LinkFault()
        (fault.delay, fault.jitter, fault.loss) = (.milliseconds(50), .milliseconds(40), 0.3)
        var lane = FaultLane<Int>()
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        for number in 0..<1_000 { lane.append(number, fault, now: start + .milliseconds(Int64(number))) }
        #expect(lane.takeDue(start + .milliseconds(9)).isEmpty)
        var taken: [Int] = []
        while let due = lane.nextDue { taken += lane.takeDue(due) }
        #expect(taken == Array(0..<1_000))
    }

    @Test func lossCostsAsManyRetransmissionsAsChanceWills() {
        var fault = LinkFault()
        let start = NIODeadline.uptimeNanoseconds(1)
        var late = 0
        for loss in [0, 0.5] {
            fault.loss = loss
            late = (0..<1_000).count { _ in
                var lane = FaultLane<Int>()
                lane.append(0, fault, now: start)
                return lane.nextDue.map { $0 >= start + .milliseconds(200) } ?? false
            }
            if loss == 0 { #expect(late == 0) }
        }
        // Half of them within ten standard deviations of 16.
        #expect((340...660).contains(late))
    }
}
