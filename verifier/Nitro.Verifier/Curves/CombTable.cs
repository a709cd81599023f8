namespace Nitro.Verifier.Curves;

/// <summary>
/// Multiples of one point, so that a multiplication takes <see cref="Columns"/> additions and few doublings: Lim and Lee's comb
/// ("More flexible exponentiation with precomputation", 1994), with signed digits only (Hamburg, "Fast and compact elliptic-curve
/// cryptography", 2012, 3.3), which halves the table. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Modulo n, every scalar is a sum of all powers of two below 2^384, each with a sign. Power t·48 + b·24 + j is what tooth t of the comb
/// in block b meets at step j. A block's table holds the sums of its eight teeth's points for every choice of signs with the highest plus.
/// </remarks>
internal sealed class CombTable
{
    /// <summary>Bits that one addition serves.</summary>
    public const int Teeth = 8;

    /// <summary>
    /// Parts of the table: as many additions share a doubling. Twice as many would save 3% of a verification's time for twice the memory.
    /// </summary>
    public const int Blocks = 2;

    /// <summary>Additions of a multiplication.</summary>
    public const int Columns = 384 / Teeth;

    /// <summary>Steps of a multiplication: between one and the next the sum is doubled.</summary>
    public const int Steps = Columns / Blocks;

    /// <summary>Octets that the points of one table take: 32 KiB.</summary>
    public const int Size = Blocks * Entries * 2 * 8 * sizeof(ulong);

    private const int Entries = 1 << (Teeth - 1);

    /// <summary>(2^384 - 1)/2 modulo n.</summary>
    private static readonly Words384 HalfOfAllBits = Words384.Of(
        0x8989F34A999D6B46, 0x53F2F926DBA7AC42, 0x1C4E593F05E46910, 0, 0, 0);

    private static readonly Lazy<CombTable> LazyGenerator = new(() => new CombTable(AffinePoint.Generator));

    /// <summary>
    /// Block b's sums from b·<see cref="Entries"/> on; bit t of an index beyond that is the sign of tooth t, one being plus.
    /// </summary>
    private readonly AffinePoint[] _points = new AffinePoint[Blocks * Entries];

    /// <summary>Computes the multiples.</summary>
    public CombTable(in AffinePoint point)
    {
        // For each block and tooth: the point times 2^(48t + 24b), and twice that. No sum here is infinity or meets its own double: as
        // multiples of the point they are all different, not zero, and below n.
        var powers = new JacobianPoint[Teeth * Blocks * 2];
        var power = new JacobianPoint(point);
        for (var i = 0; i < Teeth * Blocks; i++)
        {
            powers[2 * i] = power;
            power.Double();
            powers[(2 * i) + 1] = power;
            for (var j = 1; j < Steps; j++)
            {
                power.Double();
            }
        }

        var affine = new AffinePoint[powers.Length];
        JacobianPoint.ToAffine(powers, affine);
        var sums = new JacobianPoint[Entries];
        for (var block = 0; block < Blocks; block++)
        {
            // All lower teeth minus; then each tooth in turn becomes plus by adding its point twice.
            var sum = new JacobianPoint(affine[Index(Teeth - 1)]);
            for (var tooth = 0; tooth < Teeth - 1; tooth++)
            {
                sum.Add(affine[Index(tooth)], negated: true);
            }

            sums[0] = sum;
            for (var tooth = 0; tooth < Teeth - 1; tooth++)
            {
                for (var i = 0; i < 1 << tooth; i++)
                {
                    sum = sums[i];
                    sum.Add(affine[Index(tooth) + 1], negated: false);
                    sums[i + (1 << tooth)] = sum;
                }
            }

            JacobianPoint.ToAffine(sums, _points.AsSpan(block * Entries, Entries));

            int Index(int tooth) => 2 * ((tooth * Blocks) + block);
        }
    }

    /// <summary>The generator's table, made when it is first used.</summary>
    public static CombTable Generator => LazyGenerator.Value;

    /// <summary>
    /// Adds what one step contributes. From the last step down to step 0, with the sum doubled in between, that is the point times the
    /// scalar.
    /// </summary>
    /// <param name="digits">The scalar, recoded by <see cref="Recode"/>.</param>
    /// <param name="step">From 0 to <see cref="Steps"/> - 1.</param>
    /// <param name="sum">The sum to add to.</param>
    public void AddStep(in Words384 digits, int step, ref JacobianPoint sum)
    {
        for (var block = 0; block < Blocks; block++)
        {
            var bit = (block * Steps) + step;
            var signs = 0;
            for (var tooth = 0; tooth < Teeth; tooth++)
            {
                signs |= (int)digits.Bits((tooth * Columns) + bit, 1) << tooth;
            }

            // When the highest sign is minus, the entry with all signs turned around is subtracted.
            var negated = signs < Entries;
            sum.Add(_points[(block * Entries) + ((negated ? ~signs : signs) & (Entries - 1))], negated);
        }
    }

    /// <summary>
    /// The number whose bits say which of the scalar's signs are plus: with every digit 2b - 1, the digits' sum is twice the bits' number
    /// less 2^384 - 1, so the number is half of the scalar plus half of 2^384 - 1, modulo n.
    /// </summary>
    /// <param name="scalar">A number below n.</param>
    public static Words384 Recode(in Words384 scalar)
    {
        var half = scalar;
        var carry = scalar.Bits(0, 1) != 0 && half.Add(Modulus.N.Value);
        half.Halve(carry);
        if (half.Add(HalfOfAllBits) || half.CompareTo(Modulus.N.Value) >= 0)
        {
            half.Subtract(Modulus.N.Value);
        }

        return half;
    }
}
