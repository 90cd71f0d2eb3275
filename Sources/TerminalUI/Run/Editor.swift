internal import CChildProcess
package import ChatKit
internal import Glibc

/// Writing a long message in the user's own editor.
package enum Editor {
    package enum Outcome: Equatable {
        case text(String)
        /// Nothing changes; the sentence says why.
        case problem(String)
    }

    /// Runs `$VISUAL`, `$EDITOR` or vi on a file with the draft. The file lies in a folder of its own that nobody else
    /// may look into, in memory where there is `XDG_RUNTIME_DIR`, and is gone afterwards with all that the editor put
    /// beside it.
    package static func edit(_ draft: String, limit: Int, _ environment: Environment = .current) -> Outcome {
        let command = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
        guard let folder = makeFolder(environment) else { return .problem("there is no room for a file to edit") }
        let path = folder + "/message.txt"
        guard write(draft, path) else {
            remove(folder)
            return .problem("there is no room for a file to edit")
        }
        // A shell, since the variable may hold words like "code --wait"; the path is its argument and never its text. It
        // traps what the keyboard sends: that is for the editor, and a shell that died of it would leave an editor behind
        // that fights with us for the terminal.
        let line = "trap : INT QUIT; \(command) \"$1\""
        guard ChildProcess.run(["/bin/sh", "-c", line, command, path]) else {
            remove(folder)
            return .problem("the editor \"\(SafeText.printable(command, limit: 60))\" failed; your line is as it was")
        }
        guard Folder.status(path) != nil else {
            remove(folder)
            return .problem("the editor left no text; your line is as it was")
        }
        guard let text = read(path), text.utf8.count <= limit else {
            return .problem("that is longer than a message, which has room for \(limit) bytes; it is kept in \(path)")
        }
        remove(folder)
        return .text(text)
    }

    private static func makeFolder(_ environment: Environment) -> String? {
        let base = environment["XDG_RUNTIME_DIR"] ?? environment["TMPDIR"] ?? "/tmp"
        var template = Array((base + "/mesh-chat-XXXXXX").utf8CString)
        // Reason for unsafe: `mkdtemp` writes the last six characters of the array it gets.
        guard unsafe mkdtemp(&template) != nil else { return nil }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func write(_ text: String, _ path: String) -> Bool {
        do throws(SystemError) {
            try OpenFile(path, for: .create).write(Array((text + (text.isEmpty ? "" : "\n")).utf8))
            return true
        } catch {
            return false
        }
    }

    /// Without the line end that editors put behind the last line; nil when it is far too long.
    private static func read(_ path: String) -> String? {
        guard let file = try? OpenFile(path, for: .read), let bytes = try? file.readAll(limit: 1 << 20) else {
            return nil
        }
        var text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        while text.last == "\n" { text.removeLast() }
        return text
    }

    private static func remove(_ folder: String) {
        // Reason for unsafe: the path lives as long as the call.
        unsafe mesh_remove_folder(folder)
    }
}
