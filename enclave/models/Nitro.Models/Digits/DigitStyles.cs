namespace Nitro.Models.Digits;

/// <summary>
/// The ways in which people write each digit, as strokes: 1 with and without flag and foot, 4 open and closed, 7 with and without a bar,
/// and so on.
/// </summary>
internal static class DigitStyles
{
    private static readonly Stroke[][][] Styles =
    [
        [
            // 0: an oval; one that ends inside itself; one that stays open; a narrow one.
            [new(At(50, 1), At(28, 16), At(20, 50), At(28, 84), At(50, 99), At(72, 84), At(80, 50), At(72, 16), At(52, 2))],
            [new(At(68, 10), At(44, 2), At(25, 24), At(20, 60), At(34, 92), At(60, 96), At(78, 66), At(77, 26), At(60, 3), At(44, 10))],
            [new(At(42, 6), At(24, 26), At(20, 62), At(36, 95), At(60, 97), At(78, 70), At(78, 34), At(62, 4))],
            [new(At(52, 0), At(36, 18), At(30, 52), At(36, 86), At(50, 99), At(64, 84), At(68, 48), At(62, 14), At(50, 1))],
        ],
        [
            // 1: a bare stroke; with a flag; with flag and foot; slanted; with foot alone.
            [new(At(51, 0), At(50, 50), At(49, 100))],
            [new(At(30, 27), Corner(52, 0), At(51, 100))],
            [new(At(30, 25), Corner(52, 0), At(52, 98)), new(At(28, 99), At(76, 98))],
            [new(At(60, 0), At(53, 50), At(42, 100))],
            [new(At(40, 12), Corner(54, 0), At(50, 98)), new(At(33, 100), At(68, 98))],
        ],
        [
            // 2: a sharp turn at the foot; a loop there; a wavy foot; a round back.
            [new(At(22, 25), At(36, 4), At(60, 2), At(75, 20), At(66, 46), At(44, 73), Corner(20, 98), At(50, 97), At(80, 97))],
            [
                new(
                    At(22, 20), At(42, 1), At(68, 8), At(72, 32), At(56, 64), At(34, 92),
                    At(21, 93), At(27, 81), At(50, 89), At(66, 98), At(84, 90)),
            ],
            [new(At(20, 16), At(46, 0), At(72, 14), At(66, 42), Corner(18, 100), At(40, 92), At(62, 98), At(82, 91))],
            [new(At(26, 14), At(50, 0), At(74, 12), At(76, 34), At(58, 58), At(34, 76), Corner(22, 97), At(78, 99))],
        ],
        [
            // 3: two bowls; a flat top; a loop in the middle; a small upper bowl.
            [new(At(22, 13), At(48, 0), At(74, 18), At(64, 40), Corner(40, 47), At(70, 56), At(80, 76), At(56, 98), At(20, 88))],
            [new(At(22, 3), Corner(76, 3), Corner(46, 40), At(72, 50), At(79, 74), At(56, 98), At(20, 90))],
            [
                new(
                    At(24, 11), At(52, 0), At(74, 17), At(62, 39), At(43, 49), At(39, 42),
                    At(54, 43), At(76, 60), At(75, 84), At(50, 99), At(21, 90)),
            ],
            [new(At(28, 8), At(52, 1), At(68, 16), At(58, 36), Corner(44, 42), At(72, 50), At(82, 70), At(66, 94), At(40, 99), At(20, 90))],
        ],
        [
            // 4: open at the top; closed; a round left arm; closed with a short bar.
            [new(At(30, 4), At(26, 30), Corner(20, 58), At(82, 55)), new(At(68, 6), At(65, 50), At(62, 100))],
            [new(At(63, 0), Corner(17, 66), At(86, 65)), new(At(63, 0), At(63, 100))],
            [new(At(28, 6), At(21, 38), At(34, 58), At(56, 56), At(72, 44)), new(At(75, 4), At(71, 50), At(66, 100))],
            [new(At(60, 2), At(40, 34), Corner(22, 60), At(74, 60)), new(At(60, 2), At(58, 50), At(56, 100))],
        ],
        [
            // 5: the hat as a stroke of its own; all in one; without corners; a hat that does not touch.
            [new(At(30, 4), Corner(26, 44), At(50, 36), At(75, 53), At(73, 84), At(46, 99), At(20, 90)), new(At(30, 5), At(78, 3))],
            [new(At(76, 4), Corner(33, 5), Corner(26, 46), At(50, 38), At(76, 58), At(70, 88), At(44, 99), At(20, 89))],
            [new(At(74, 3), At(42, 5), At(29, 26), At(46, 42), At(70, 56), At(72, 84), At(46, 98), At(20, 90))],
            [new(At(34, 8), Corner(30, 40), At(56, 38), At(76, 60), At(66, 90), At(40, 98), At(22, 86)), new(At(40, 3), At(80, 0))],
        ],
        [
            // 6: a wide curve; a straight back; a hooked top; a low round loop.
            [new(At(66, 1), At(42, 18), At(25, 52), At(27, 86), At(50, 99), At(73, 84), At(70, 58), At(48, 50), At(27, 70))],
            [new(At(54, 0), At(36, 36), At(22, 74), At(38, 98), At(66, 94), At(74, 72), At(56, 56), At(28, 68))],
            [new(At(74, 13), At(58, 1), At(36, 17), At(22, 54), At(28, 90), At(54, 99), At(76, 79), At(63, 54), At(40, 57), At(25, 76))],
            [new(At(60, 2), At(36, 28), At(21, 66), At(32, 95), At(60, 99), At(80, 80), At(66, 62), At(40, 64), At(23, 80))],
        ],
        [
            // 7: plain; with a bar; with a serif; a wavy top; wavy with a bar.
            [new(At(20, 4), Corner(78, 4), At(56, 46), At(40, 100))],
            [new(At(20, 5), Corner(78, 3), At(56, 48), At(44, 100)), new(At(32, 53), At(74, 50))],
            [new(At(22, 19), Corner(22, 3), Corner(78, 5), At(38, 100))],
            [new(At(18, 11), At(31, 2), At(56, 8), Corner(79, 2), At(58, 42), At(47, 100))],
            [new(At(20, 12), At(32, 3), At(54, 8), Corner(78, 3), At(58, 44), At(42, 100)), new(At(36, 50), At(72, 52))],
        ],
        [
            // 8: one closed line; two rings; open at the top; begun in the middle.
            [
                new(
                    At(68, 14), At(48, 1), At(28, 17), At(42, 41), At(66, 60), At(74, 82),
                    At(50, 99), At(26, 83), At(36, 58), At(62, 38), At(70, 16)),
            ],
            [
                new(At(50, 1), At(32, 10), At(30, 32), At(50, 45), At(69, 31), At(67, 10), At(50, 1)),
                new(At(50, 45), At(28, 58), At(24, 82), At(48, 99), At(74, 84), At(72, 58), At(50, 45)),
            ],
            [
                new(
                    At(76, 10), At(54, 1), At(31, 14), At(40, 38), At(66, 62), At(70, 86),
                    At(46, 99), At(26, 82), At(40, 56), At(60, 34), At(68, 4)),
            ],
            [
                new(
                    At(50, 46), At(30, 28), At(42, 3), At(66, 6), At(68, 30), At(46, 50),
                    At(25, 74), At(38, 97), At(66, 95), At(74, 70), At(52, 47)),
            ],
        ],
        [
            // 9: a straight stem; a curved tail; a ring and a stem; a round back.
            [new(At(74, 22), At(52, 2), At(27, 20), At(34, 47), At(58, 46), Corner(74, 20), At(72, 60), At(64, 100))],
            [new(At(74, 24), At(54, 2), At(28, 16), At(30, 42), At(54, 50), At(73, 26), At(76, 50), At(68, 86), At(46, 99), At(26, 92))],
            [
                new(At(52, 2), At(30, 14), At(28, 38), At(48, 50), At(70, 36), At(70, 12), At(52, 2)),
                new(At(74, 6), At(72, 50), At(71, 100)),
            ],
            [new(At(70, 10), At(46, 2), At(26, 24), At(40, 48), At(64, 40), Corner(74, 6), At(74, 44), At(60, 80), At(42, 100))],
        ],
    ];

    /// <summary>The styles of one digit, 0 to 9; each is its strokes.</summary>
    public static ReadOnlySpan<Stroke[]> Of(int digit) => Styles[digit];

    // In hundredths.
    private static StrokePoint At(int x, int y) => new(x / 100.0, y / 100.0);

    private static StrokePoint Corner(int x, int y) => new(x / 100.0, y / 100.0, IsCorner: true);
}
