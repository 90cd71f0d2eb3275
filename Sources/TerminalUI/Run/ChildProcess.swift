internal import CChildProcess

/// Programs that are started for the user: their editor, and whoever tells them of news.
enum ChildProcess {
    /// Runs a program on our terminal until it ends; false when there is none or it ended badly.
    static func run(_ words: [String]) -> Bool {
        let line = line(words)
        // Reason for unsafe: the text lives as long as the call.
        return unsafe mesh_child_run(line, line.utf8.count) != 0
    }

    /// Starts a program that reads `text`, unless the one before it still runs.
    static func tell(_ words: [String], _ text: String) {
        let line = line(words)
        // Reason for unsafe: both texts live as long as the call, which copies them.
        unsafe mesh_child_tell(line, line.utf8.count, text, text.utf8.count)
    }

    private static func line(_ words: [String]) -> String { words.joined(separator: "\0") + "\0" }
}
