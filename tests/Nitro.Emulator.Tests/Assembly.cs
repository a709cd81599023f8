// Each boot wants a core for itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
