package import ChatKit

/// Whether TERM names a terminal that a whole screen can be drawn on.
package enum TerminalKind {
    /// - Throws: ``UserError`` 1 that names the program to use instead.
    package static func check(_ environment: Environment) throws(UserError) {
        let kind = environment["TERM"] ?? ""
        guard kind.isEmpty || kind == "dumb" else { return }
        throw UserError(
            .failed,
            (kind.isEmpty ? "TERM is not set" : "TERM=dumb has no screen to draw on")
                + "; mesh-chat needs none and takes the same commands")
    }
}
