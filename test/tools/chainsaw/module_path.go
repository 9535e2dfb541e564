package internal

// ModulePath completes the interface of the package testing as of Go 1.26, which Chainsaw runs its tests with.
func (*TestDeps) ModulePath() string {
	return ""
}
