internal import Glibc

/// The short commands' side of the control socket.
package struct ControlClient {
    private let path: String
    private let profileName: String
    private let printsJSON: Bool

    /// - Parameter control: nil for the default path of the profile.
    /// - Throws: ``UserError``.
    package init(control: String?, profile: ProfileOptions, printsJSON: Bool) throws(UserError) {
        if let control {
            (path, profileName) = (control, "")
        } else {
            let profile = try profile.resolve()
            (path, profileName) = (profile.controlSocket, profile.name)
        }
        self.printsJSON = printsJSON
    }

    /// Sends one command and prints the answer; returns how to end.
    ///
    /// - Throws: ``UserError`` 69 when no node listens.
    package func call(_ command: String, _ fields: [JSON.Member]) throws(UserError) -> ExitStatus {
        var connection = try connect()
        let answer = try request(command, fields, &connection)
        if printsJSON { print(answer.line) }
        if let code = answer["code"]?.string, answer["type"] == .string("error") {
            if !printsJSON { StandardError.say("mesh-node: " + SafeText.printable(answer["reason"]?.string ?? code)) }
            return Self.status(of: code)
        }
        if !printsJSON { AnswerText.lines(answer, to: command).forEach { print($0) } }
        return .ok
    }

    /// Prints what there is to measure, for Prometheus.
    ///
    /// - Throws: ``UserError`` 69 when no node listens.
    package func printMetrics() throws(UserError) {
        var connection = try connect()
        let status = try request("status", [], &connection)
        let links = try request("links", [], &connection)
        MetricsText.lines(status: status, links: links).forEach { print($0) }
    }

    /// Prints events as they come.
    ///
    /// - Throws: ``UserError`` 69 when no node listens or when it ends.
    package func follow(_ types: [String]) throws(UserError) {
        var connection = try connect()
        let answer = try request(
            "subscribe", [.init("types", .array(types.map(JSON.string)))], &connection)
        guard answer["type"] == .string("ack") else {
            throw UserError(.badData, SafeText.printable(answer["reason"]?.string ?? "the node refused"))
        }
        do throws(SystemError) {
            while let event = try connection.next() {
                print(printsJSON ? event.line : AnswerText.event(event))
                // Whoever reads from a pipe wants each event when it happens.
                fflush(nil)
            }
        } catch {
            throw UserError(.unavailable, "the connection broke: \(error)")
        }
    }

    private func connect() throws(UserError) -> ControlConnection {
        do {
            return try ControlConnection(path)
        } catch {
            let flags =
                profileName.isEmpty
                ? "--control \(path)" : profileName == Profile.defaultName ? "" : "--profile \(profileName)"
            throw UserError(
                .unavailable, "no node listens on \(path) (\(error)); start one with: mesh-node run \(flags)".trimmed)
        }
    }

    private func request(
        _ command: String, _ fields: [JSON.Member], _ connection: inout ControlConnection
    ) throws(UserError) -> JSON {
        do throws(SystemError) {
            try connection.send(.object([.init("v", .integer(1)), .init("cmd", .string(command))] + fields))
            if let answer = try connection.next() { return answer }
        } catch {
            throw UserError(.unavailable, "the connection to \(path) broke: \(error)")
        }
        throw UserError(.unavailable, "the node on \(path) ended before it answered")
    }

    private static func status(of code: String) -> ExitStatus {
        switch MachineCode(rawValue: code) {
        case .timeout: .timedOut
        case .io, .internal, nil: .failed
        default: .badData
        }
    }
}
