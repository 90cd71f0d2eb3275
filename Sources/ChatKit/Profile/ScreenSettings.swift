/// What `[keys]` and `[notify]` say, for a client with a screen of its own. Others read it and have no use for it.
package struct ScreenSettings: Equatable, Sendable {
    /// The keys of an action, as somebody wrote them.
    package struct KeyNames: Equatable, Sendable {
        package var names: [String]
        /// `config.toml, line 3: `, for the sentence that says what is wrong with them.
        package var place: String

        package init(_ names: [String], place: String) { (self.names, self.place) = (names, place) }
    }

    /// By the name of the action.
    package var keys: [String: KeyNames] = [:]
    /// Tab on an empty line opens the invite popup, as the original's Ctrl+I does, which is the same byte.
    package var emptyTabInvites = true
    /// Enter on an empty line shows the members, as the original's Ctrl+M does; it comes easily by accident, so only
    /// for whoever asks for it.
    package var emptyEnterShowsMembers = false
    package var notifyOn = Set(NotifyReason.allCases)
    package var notifyHow = NotifyWay.bell
    /// A program and its arguments; the text comes on its standard input.
    package var notifyCommand: [String] = []

    package init() {}

    init(_ settings: SettingsLayer) {
        keys = settings.keys
        emptyTabInvites = settings.emptyTabInvites ?? true
        emptyEnterShowsMembers = settings.emptyEnterShowsMembers ?? false
        notifyOn = settings.notifyOn ?? notifyOn
        notifyHow = settings.notifyHow ?? (settings.notifyCommand == nil ? .bell : .command)
        notifyCommand = settings.notifyCommand ?? []
    }
}

/// What somebody wants to be told of who does not look at the screen.
package enum NotifyReason: String, CaseIterable, Sendable {
    case direct = "dm"
    case mention
    case keyChange = "key-change"
    case offline
}

/// How a terminal or a desktop is told. Which of them a terminal knows cannot be asked (kitty#7658), so it is a setting.
package enum NotifyWay: String, CaseIterable, Sendable {
    case bell
    /// iTerm2's sequence, which many terminals know.
    case osc9
    /// rxvt's.
    case osc777
    /// kitty's.
    case osc99
    case command
}
