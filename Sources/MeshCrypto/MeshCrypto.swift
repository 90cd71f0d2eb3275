/// placeholder
public final class IdentitySeed: Sendable {}
