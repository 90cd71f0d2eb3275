package import Logging

/// Logging of the programs: lines on standard error or in a file, each of them filtered, because reasons and
/// addresses may come from peers.
package enum LogFile {
    /// - Throws: ``UserError`` 73 when the file cannot be opened.
    package static func logger(level: Logger.Level, file path: String?) throws(UserError) -> Logger {
        let sink: LogSink
        if let path, !path.isEmpty {
            do {
                sink = LogSink(file: try OpenFile(path, for: .readAndAppend))
            } catch {
                throw UserError(.cannotCreate, "cannot open the log \(path): \(error)")
            }
        } else {
            sink = LogSink(file: nil)
        }
        return Logger(label: "mesh") { _ in
            var handler = LineLogHandler(sink: sink)
            handler.logLevel = level
            return handler
        }
    }
}

/// Where lines go: standard error, or a file that stays open.
private final class LogSink: Sendable {
    private let file: OpenFile?

    init(file: consuming OpenFile?) { self.file = file }

    func write(_ line: String) {
        // O_APPEND makes each short write one piece, so that no lock is needed. A full disk must not end a chat.
        let bytes = Array((line + "\n").utf8)
        if file == nil {
            try? Descriptor.write(bytes, to: 2)
        } else {
            try? file?.write(bytes)
        }
    }
}

private struct LineLogHandler: LogHandler {
    let sink: LogSink
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        sink.write(
            "\(TimeText.rfc3339(TimeText.now)) \(event.level.rawValue) "
                + SafeText.printable("\(event.message)\(fields)", limit: 2_000))
    }
}
