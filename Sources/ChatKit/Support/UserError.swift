/// How a program ends: 0, 1, and the codes of `sysexits.h` that scripts can tell apart.
package enum ExitStatus: Int32, Sendable {
    case ok = 0
    case failed = 1
    case usage = 64
    case badData = 65
    /// No node is running.
    case unavailable = 69
    case cannotCreate = 73
    case timedOut = 75
    case noPermission = 77
    case badConfiguration = 78
}

/// Something the user can mend: a sentence that says what and how, and the exit status that goes with it.
package struct UserError: Error, Equatable, CustomStringConvertible {
    package let status: ExitStatus
    package let sentence: String
    package var description: String { sentence }

    package init(_ status: ExitStatus, _ sentence: String) {
        (self.status, self.sentence) = (status, sentence)
    }
}
