// Campaigns change the process's time zone, so only one may run at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
