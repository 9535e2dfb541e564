// Loaded before the operator's own program (`node --import`): when the demonstration is gone, however it ended, its end
// of this pipe closes, and the operator must not stay behind.
process.stdin.on('close', () => process.exit(1));
process.stdin.resume();
// The pipe alone is no reason to go on when the operator has finished.
(process.stdin as Partial<{ unref(): void }>).unref?.();
