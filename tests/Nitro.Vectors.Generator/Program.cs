using System.Diagnostics;
using Nitro.Vectors.Generator;

// Writes the vectors into a folder (tests/vectors by default, from the tree's root), or with --check says what there differs from them.
var check = args.Contains("--check");
if (args.Where(argument => argument != "--check").ToArray() is not { Length: <= 1 } folders
    || Array.Exists(folders, folder => folder.StartsWith('-')))
{
    Console.Error.WriteLine("usage: Nitro.Vectors.Generator [--check] [folder]");
    return 2;
}

var clock = Stopwatch.StartNew();
var target = folders.FirstOrDefault() ?? Path.Combine("tests", "vectors");
if (!Directory.Exists(target))
{
    Console.Error.WriteLine(
        $"There is no folder {Path.GetFullPath(target)}: run this from the tree's root, or name the folder of vectors.");
    return 2;
}

var set = VectorSet.Generate();
var differences = VectorFolder.Compare(set, target);
if (!check)
{
    VectorFolder.Write(set, target);
    Console.WriteLine($"{set.Count} vectors in {set.Files.Count} files, {differences.Count} changed, {clock.Elapsed.TotalSeconds:0.0} s");
    return 0;
}

foreach (var difference in differences)
{
    Console.WriteLine(difference);
}

Console.WriteLine($"{set.Count} vectors in {set.Files.Count} files, {differences.Count} differ");
return differences.Count == 0 ? 0 : 1;
