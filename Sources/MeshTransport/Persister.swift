internal import NIOCore
internal import NIOPosix

/// Hands entries to the store on one background thread, so that they are stored in order and the event loop never
/// waits for a disk.
struct Persister {
    private let append: @Sendable ([[UInt8]]) throws -> Void
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(_ append: @escaping @Sendable ([[UInt8]]) throws -> Void) {
        self.append = append
        thread.start()
    }

    func append(_ entries: [[UInt8]], on loop: any EventLoop) -> EventLoopFuture<Void> {
        let append = append
        return thread.runIfActive(eventLoop: loop) { try append(entries) }
    }

    /// Ends the thread after everything was stored.
    func finish(on loop: any EventLoop) -> EventLoopFuture<Void> {
        let thread = thread
        return thread.runIfActive(eventLoop: loop) {}.always { _ in thread.shutdownGracefully { _ in } }
    }
}
