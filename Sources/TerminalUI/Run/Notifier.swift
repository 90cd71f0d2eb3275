internal import ChatKit

/// Tells somebody who does not look at the screen, as `[notify]` says.
struct Notifier {
    private let way: NotifyWay
    private let command: [String]

    init(_ settings: ScreenSettings) { (way, command) = (settings.notifyHow, settings.notifyCommand) }

    /// The bytes for the terminal; a command is started instead, unless the one before it still runs.
    func bytes(for notice: Notice) -> [UInt8] {
        let text = "\(notice.title): \(notice.text)"
        switch way {
        case .bell: return [0x07]
        case .osc9: return Array("\u{1B}]9;\(text)\u{07}".utf8)
        // A semicolon ends the title.
        case .osc777:
            return Array("\u{1B}]777;notify;\(notice.title.replacing(";", with: ","));\(notice.text)\u{07}".utf8)
        case .osc99: return Array("\u{1B}]99;;\(text)\u{1B}\\".utf8)
        case .command:
            if !command.isEmpty { ChildProcess.tell(command, text + "\n") }
            return []
        }
    }
}
