internal import MeshCore
package import NIOCore

/// Moves buffers between a channel and a ``TLSConnection``; decides nothing but which end of the connection to call.
///
/// Fires ``TLSConnection/Peer`` as a user event when the handshake is complete, and a `LinkFailure` as an error when
/// the connection has ended for a reason. Nothing may be written before the former.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package typealias Secured = TLSConnection.Peer

    private enum State { case idle, handshaking, open, ended }

    private let connection: TLSConnection
    private let role: TLSConnection.Role
    private var state = State.idle
    private var hasReceived = false

    package init(_ connection: TLSConnection, role: TLSConnection.Role) {
        (self.connection, self.role) = (connection, role)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .handshaking || state == .open else { return }
        let bytes = unwrapInboundIn(data)
        if !hasReceived, let first = bytes.readableBytesView.first {
            hasReceived = true
            if FirstByte.isClear(first) { return refuseClearText(context) }
        }
        connection.receive(bytes)
        advance(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .handshaking where hasReceived:
            end(context, .handshakeFailed("the peer closed the connection during the TLS handshake"))
        case .open:
            end(context, .broken("the connection ended without TLS's close_notify"))
        case .idle, .handshaking, .ended: break
        }
        state = .ended
        context.fireChannelInactive()
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .open else { return fail(promise) }
        do throws(LinkFailure) {
            try connection.write(unwrapOutboundIn(data))
        } catch {
            fail(promise)
            return end(context, error)
        }
        context.write(wrapOutboundOut(connection.takeOutput() ?? ByteBuffer()), promise: promise)
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state == .open, mode != .input {
            state = .ended
            connection.close()
            writeOutput(context)
        }
        context.close(mode: mode, promise: promise)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state == .idle else { return }
        state = .handshaking
        if role == .client { advance(context) }
    }

    /// Does all that is possible with what was received.
    private func advance(_ context: ChannelHandlerContext) {
        do throws(LinkFailure) {
            if state == .handshaking {
                guard let peer = try connection.handshake() else { return writeOutput(context) }
                state = .open
                writeOutput(context)
                context.fireUserInboundEventTriggered(peer)
            }
            if state == .open { try readAll(context) }
        } catch {
            end(context, error)
        }
    }

    private func readAll(_ context: ChannelHandlerContext) throws(LinkFailure) {
        var plaintext = context.channel.allocator.buffer(capacity: 0)
        let mayContinue: Bool
        do throws(LinkFailure) {
            mayContinue = try connection.read(into: &plaintext)
        } catch {
            // What came before the error is good and may be the reason for it, in the peer's words.
            if plaintext.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(plaintext)) }
            throw error
        }
        writeOutput(context)
        if plaintext.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(plaintext)) }
        if !mayContinue, state == .open { throw .closed }
    }

    /// The alert that OpenSSL has written, if any, goes out before the error is reported.
    private func end(_ context: ChannelHandlerContext, _ failure: LinkFailure) {
        if state == .open { connection.close() }
        state = .ended
        writeOutput(context)
        context.fireErrorCaught(failure)
    }

    /// A clear node would wait in vain for words that it understands: say "TLS" in the one form it knows.
    private func refuseClearText(_ context: ChannelHandlerContext) {
        state = .ended
        if role == .server {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: FirstByte.alertForClear)), promise: nil)
        }
        context.fireErrorCaught(LinkFailure.clearExpected)
    }

    private func writeOutput(_ context: ChannelHandlerContext) {
        guard let bytes = connection.takeOutput() else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    private func fail(_ promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.ioOnClosedChannel) }
}
