import Testing

@testable import MeshCore

@Suite struct PhiAccrualDetectorTests {
    private func at(_ seconds: Double) -> Instant { Instant(uptime: Int64(seconds * 1e9), wall: 0) }

    private func detector(beats: Int) -> PhiAccrualDetector {
        var detector = PhiAccrualDetector(heartbeatInterval: .milliseconds(500), now: at(0))
        for beat in 0..<beats { detector.heartbeat(at: at(Double(beat + 1) / 2)) }
        return detector
    }

    @Test(
        arguments: [
            (0, 0.301), (1, 0.800), (2, 1.643), (3, 2.870), (4, 4.499), (5, 6.543), (5.612, 8.000), (6, 9.006),
        ] as [(Double, Double)])
    func phiIsTheLogarithmOfTheNormalTail(deviations: Double, phi: Double) {
        #expect(abs(PhiAccrualDetector.phi(deviations: deviations) - phi) < 0.001)
        #expect(abs(PhiAccrualDetector.deviations(phi: phi) - deviations) < 0.002)
    }

    @Test func phiStaysFiniteWhereTheTailVanishes() {
        #expect(PhiAccrualDetector.phi(deviations: 1e9) == 300)
    }

    @Test(arguments: [(0, 1.622), (5, 1.294), (120, 1.061), (1_000, 1.061)])
    func suspicionComesSoonerWithExperience(beats: Int, silence: Double) {
        let detector = detector(beats: beats)
        let due = detector.suspicionTime(threshold: 8)
        #expect(abs((due - at(Double(beats) / 2)).seconds - silence) < 0.002)
        #expect(detector.phi(at: due) >= 8)
        #expect(detector.phi(at: due.advanced(by: .milliseconds(-5))) < 8)
    }

    @Test func anIrregularLinkIsGivenMoreTime() {
        var detector = PhiAccrualDetector(heartbeatInterval: .milliseconds(500), now: at(0))
        for beat in 0..<60 { detector.heartbeat(at: at(Double(beat) + (beat % 2 == 0 ? 0.2 : 0.8))) }
        #expect((detector.suspicionTime(threshold: 8) - at(59.8)).seconds > 2)
    }

    @Test func aPauseOfTheObserverIsNoSilenceOfThePeer() {
        var detector = detector(beats: 120)
        detector.restart(at: at(100))
        #expect(detector.phi(at: at(100.5)) < 1)
        detector.heartbeat(at: at(100.9))
        // The interval around the pause was no sample: nothing has changed.
        #expect(abs((detector.suspicionTime(threshold: 8) - at(100.9)).seconds - 1.061) < 0.002)
    }

    @Test func anOutageCountsAsTenSecondsAtMost() {
        var (short, long) = (detector(beats: 120), detector(beats: 120))
        short.heartbeat(at: at(70))
        long.heartbeat(at: at(10_060))
        #expect(short.suspicionTime(threshold: 8) - at(70) == long.suspicionTime(threshold: 8) - at(10_060))
    }
}
