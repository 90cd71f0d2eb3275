internal import MeshCore
internal import NIOCore

/// Carries the bytes of one dialled link as its ``LinkFault`` says; nearest to the socket of all handlers.
///
/// It looks like a bad network to both ends, with one exception: the end of a connection passes even a cut.
final class FaultHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Order {
        case write(ByteBuffer, EventLoopPromise<Void>?)
        case closeOutput(EventLoopPromise<Void>?)
    }

    private let fault: () -> LinkFault
    private var context: ChannelHandlerContext?
    private var inward = FaultLane<ByteBuffer>()
    private var outward = FaultLane<Order>()
    private var isReadHeld = false
    private var alarm: Scheduled<Void>?

    init(_ fault: @escaping () -> LinkFault) { self.fault = fault }

    /// The table has changed: what a cut has held back may go on.
    func faultChanged() {
        guard let context else { return }
        release(context)
        guard isReadHeld, !fault().cutsInward else { return }
        isReadHeld = false
        context.read()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        self.context = nil
        drop()
    }

    /// A cut stops the reading too, so that the sender's window fills.
    func read(context: ChannelHandlerContext) {
        if fault().cutsInward { isReadHeld = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inward.append(unwrapInboundIn(data), fault(), now: .now())
        release(context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        outward.append(.write(unwrapOutboundIn(data), promise), fault(), now: .now())
    }

    func flush(context: ChannelHandlerContext) { release(context) }

    /// The last words go before the end, but for a cut: then nothing that is held will ever arrive.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output, !outward.isEmpty, !fault().cutsOutward else {
            if mode != .input { drop() }
            return context.close(mode: mode, promise: promise)
        }
        outward.append(.closeOutput(promise), fault(), now: .now())
        release(context)
    }

    private func drop() {
        for case .write(_, let promise) in outward.removeAll() { promise?.fail(ChannelError.ioOnClosedChannel) }
    }

    /// Lets go what is due, and sets the alarm for the rest.
    private func release(_ context: ChannelHandlerContext) {
        let (fault, now) = (fault(), NIODeadline.now())
        if !fault.cutsOutward { send(outward.takeDue(now), context) }
        if !fault.cutsInward {
            let received = inward.takeDue(now)
            for bytes in received { context.fireChannelRead(wrapInboundOut(bytes)) }
            if !received.isEmpty { context.fireChannelReadComplete() }
        }
        // What was fired may have ended the link, or called this anew.
        guard self.context != nil else { return }
        let due = [fault.cutsOutward ? nil : outward.nextDue, fault.cutsInward ? nil : inward.nextDue]
        alarm?.cancel()
        alarm = due.compactMap(\.self).min().map { next in
            context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in
                guard let self, let context = self.context else { return }
                release(context)
            }
        }
    }

    private func send(_ orders: [Order], _ context: ChannelHandlerContext) {
        for order in orders {
            switch order {
            case .write(let bytes, let promise): context.write(wrapOutboundOut(bytes), promise: promise)
            case .closeOutput(let promise): context.close(mode: .output, promise: promise)
            }
        }
        if !orders.isEmpty { context.flush() }
    }
}
