import ArgumentParser
import ChatKit

/// How a short command finds its node, and how it prints.
struct ClientOptions: ParsableArguments {
    @OptionGroup var profile: ProfileOptions

    @Option(help: ArgumentHelp("The control socket of the node.", valueName: "PATH"))
    var control: String?

    @Flag(help: "Print the node's answer as it came, one JSON object a line.")
    var json = false

    /// Sends one command and prints its answer.
    func call(_ command: String, _ fields: [JSON.Member] = []) async {
        await reporting {
            let status = try ControlClient(control: control, profile: profile, printsJSON: json).call(command, fields)
            ProcessSetup.end(status)
        }
    }

    func printMetrics() async {
        await reporting {
            try ControlClient(control: control, profile: profile, printsJSON: false).printMetrics()
        }
    }

    /// Sends `subscribe` and prints events until the node ends.
    func follow(_ types: [String]) async {
        await reporting {
            try ControlClient(control: control, profile: profile, printsJSON: json).follow(types)
        }
    }
}
