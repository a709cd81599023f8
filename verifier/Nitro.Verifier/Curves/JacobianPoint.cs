namespace Nitro.Verifier.Curves;

/// <summary>
/// A point of P-384 as (X, Y, Z), which stands for x = X/Z² and y = Y/Z³ (Jacobian coordinates). Changed in place. Formulas from the
/// Explicit-Formulas Database (Bernstein and Lange), bounds as <see cref="FieldElement"/> counts them: X at most 7u, Y and Z at most 6u.
/// </summary>
internal struct JacobianPoint
{
    private FieldElement _x;
    private FieldElement _y;
    private FieldElement _z;
    private bool _isFinite;

    /// <summary>Starts from an affine point.</summary>
    public JacobianPoint(in AffinePoint point)
    {
        _x = point.X;
        _y = point.Y;
        _z = FieldElement.One;
        _isFinite = true;
    }

    /// <summary>The point at infinity, the sum's neutral element.</summary>
    public static JacobianPoint Infinity => default;

    /// <summary>Whether this is the point at infinity.</summary>
    public readonly bool IsInfinity => !_isFinite;

    /// <summary>Doubles ("dbl-2001-b", for a = -3: three multiplications and five squarings).</summary>
    public void Double()
    {
        // No point has order 2, the curve's order being prime, so a finite point's double is finite.
        if (!_isFinite)
        {
            return;
        }

        FieldElement.Square(_z, out var delta);
        FieldElement.Square(_y, out var gamma);

        // alpha = 3(X - delta)(X + delta): 12u times 24u.
        FieldElement.Subtract(_x, delta, out var alpha);
        FieldElement.Add(_x, delta, out var sum);
        FieldElement.Scale(sum, 3, out sum);
        FieldElement.Multiply(alpha, sum, out alpha);

        // Z' = (Y + Z)² - gamma - delta.
        FieldElement.Add(_y, _z, out sum);
        FieldElement.Square(sum, out sum);
        FieldElement.Add(gamma, delta, out delta);
        FieldElement.Subtract(sum, delta, out _z);

        // X' = alpha² - 8 beta, where beta = X gamma.
        FieldElement.Scale(gamma, 4, out var beta4);
        FieldElement.Multiply(_x, beta4, out beta4);
        FieldElement.Square(alpha, out var square);
        FieldElement.Subtract(square, beta4, 2, out _x);

        // Y' = alpha(4 beta - X') - 8 gamma², where 4 beta - X' is 12 beta - alpha².
        FieldElement.Scale(beta4, 3, out beta4);
        FieldElement.Subtract(beta4, square, out beta4);
        FieldElement.Multiply(alpha, beta4, out alpha);
        FieldElement.Scale(gamma, 2, out gamma);
        FieldElement.Square(gamma, out gamma);
        FieldElement.Subtract(alpha, gamma, 2, out _y);
    }

    /// <summary>
    /// Adds an affine point, or its negative (Cohen, Miyaji and Ono's mixed addition: eight multiplications and three squarings; the
    /// signs of H and R are turned around, so that no difference subtracts more than 3u).
    /// </summary>
    public void Add(in AffinePoint point, bool negated)
    {
        var y = point.Y;
        if (negated)
        {
            FieldElement.Subtract(FieldElement.Zero, point.Y, out y);
        }

        if (!_isFinite)
        {
            _x = point.X;
            _y = y;
            _z = FieldElement.One;
            _isFinite = true;
            return;
        }

        // h = X - x Z², r = Y - y Z³.
        FieldElement.Square(_z, out var square);
        FieldElement.Multiply(point.X, square, out var h);
        FieldElement.Multiply(square, _z, out var r);
        FieldElement.Multiply(r, y, out r);
        FieldElement.Subtract(_x, h, out h);
        FieldElement.Subtract(_y, r, out r);

        FieldElement.Multiply(_z, h, out var z);
        if (z.IsZero)
        {
            AddSameX(r);
            return;
        }

        _z = z;
        FieldElement.Square(h, out square);
        FieldElement.Multiply(h, square, out var cube);
        FieldElement.Multiply(_x, square, out var v);

        // X' = r² + h³ - 2v: at most 2u and 5u.
        FieldElement.Square(r, out square);
        FieldElement.Add(square, cube, out square);
        FieldElement.Subtract(square, v, 2, out _x);

        // Y' = r(v - X') - Y h³, where v - X' is 3v - (r² + h³).
        FieldElement.Scale(v, 3, out v);
        FieldElement.Subtract(v, square, out v);
        FieldElement.Multiply(r, v, out r);
        FieldElement.Multiply(_y, cube, out cube);
        FieldElement.Subtract(r, cube, out _y);
    }

    /// <summary>Whether the point's x is the element, which is reduced. Infinity has no x.</summary>
    public readonly bool HasX(in FieldElement x)
    {
        if (!_isFinite)
        {
            return false;
        }

        // X = x Z².
        FieldElement.Square(_z, out var square);
        FieldElement.Multiply(x, square, out square);
        FieldElement.Subtract(_x, square, out var difference);
        FieldElement.Multiply(difference, FieldElement.One, out difference);
        return difference.IsZero;
    }

    /// <summary>Makes finite points affine with one inversion for all (Montgomery's trick).</summary>
    /// <param name="points">None of them infinity.</param>
    /// <param name="affine">As many places.</param>
    public static void ToAffine(ReadOnlySpan<JacobianPoint> points, Span<AffinePoint> affine)
    {
        // affine[i].X holds the product of all z up to i for the time being.
        var product = FieldElement.One;
        for (var i = 0; i < points.Length; i++)
        {
            FieldElement.Multiply(product, points[i]._z, out product);
            affine[i].X = product;
        }

        FieldElement.Invert(product, out var inverse);
        for (var i = points.Length - 1; i >= 0; i--)
        {
            ref readonly var point = ref points[i];
            var before = i == 0 ? FieldElement.One : affine[i - 1].X;
            FieldElement.Multiply(inverse, before, out var z);
            FieldElement.Multiply(inverse, point._z, out inverse);
            FieldElement.Square(z, out var square);
            FieldElement.Multiply(point._x, square, out affine[i].X);
            FieldElement.Multiply(square, z, out square);
            FieldElement.Multiply(point._y, square, out affine[i].Y);
        }
    }

    /// <summary>The sum with a point of the same x: the double when y is the same too (r is zero then), otherwise infinity.</summary>
    private void AddSameX(in FieldElement r)
    {
        FieldElement.Multiply(r, FieldElement.One, out var reduced);
        if (reduced.IsZero)
        {
            Double();
        }
        else
        {
            this = Infinity;
        }
    }
}
