internal import ChatKit
internal import Foundation

/// The last lines of a log, made fit for a terminal.
package enum LogTail {
    private static let size: UInt64 = 65_536

    package static func last(_ count: Int, of path: String) -> [String] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        let end = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: end - min(end, size))
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(count).map { SafeText.printable(String($0), limit: 400) }
    }

    /// Whether any line holds the text.
    static func holds(_ text: String, _ path: String) -> Bool {
        guard let content = FileManager.default.contents(atPath: path) else { return false }
        return String(decoding: content, as: UTF8.self).contains(text)
    }
}
