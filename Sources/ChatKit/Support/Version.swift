/// The version of the programs, as `--version` and `ready` tell it.
package enum Version {
    package static let text = "0.1.0"
}
