// Runs Lua scripts of a resource customization in gopher-lua, the engine of Argo CD, with the libraries that Argo CD gives to
// scripts of argocd-cm. Reads a list of runs as JSON from standard input, and writes the list of their results to standard
// output. An error is the result of its run.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

// The limit of Argo CD for a script.
const limit = time.Second

type run struct {
	Script string         `json:"script"`
	Object map[string]any `json:"object"`
}

type result struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	var runs []run
	if err := json.NewDecoder(os.Stdin).Decode(&runs); err != nil {
		return err
	}
	results := make([]result, 0, len(runs))
	for _, one := range runs {
		value, err := one.execute()
		if err != nil {
			results = append(results, result{Error: err.Error()})
			continue
		}
		results = append(results, result{Value: value})
	}
	return json.NewEncoder(os.Stdout).Encode(results)
}

func (r run) execute() (json.RawMessage, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	state.SetContext(ctx)
	openLibraries(state)
	state.SetGlobal("obj", luajson.DecodeValue(state, r.Object))
	if err := state.DoString(r.Script); err != nil {
		var failure *lua.ApiError
		if errors.As(err, &failure) {
			return nil, errors.New(failure.Object.String())
		}
		return nil, err
	}
	returned := state.Get(-1)
	if returned.Type() != lua.LTTable {
		return nil, fmt.Errorf("expected a table, not %s", returned.Type())
	}
	encoded, err := luajson.Encode(returned)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		return nil, err
	}
	return json.Marshal(restoreEmpty(value, r.Object))
}

// restoreEmpty makes objects again of what Lua returns as an empty list, as Argo CD does: Lua has one kind of table.
func restoreEmpty(value, original any) any {
	switch was := original.(type) {
	case map[string]any:
		if list, ok := value.([]any); ok && len(list) == 0 {
			return map[string]any{}
		}
		if now, ok := value.(map[string]any); ok {
			for key, item := range now {
				now[key] = restoreEmpty(item, was[key])
			}
		}
	case []any:
		if now, ok := value.([]any); ok {
			for index := range min(len(now), len(was)) {
				now[index] = restoreEmpty(now[index], was[index])
			}
		}
	}
	return value
}

// openLibraries opens what util/lua of Argo CD opens without useOpenLibs: package, base, table, and an os with the time.
func openLibraries(state *lua.LState) {
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}} {
		state.Push(state.NewFunction(library.open))
		state.Push(lua.LString(library.name))
		state.Call(1, 0)
	}
	state.PreloadModule(lua.OsLibName, func(inner *lua.LState) int {
		full := lua.NewState(lua.Options{SkipOpenLibs: true})
		defer full.Close()
		lua.OpenOs(full)
		all := full.Get(-1).(*lua.LTable)
		safe := inner.NewTable()
		for _, name := range []string{"date", "time"} {
			safe.RawSetString(name, inner.NewFunction(all.RawGetString(name).(*lua.LFunction).GFunction))
		}
		inner.Push(safe)
		return 1
	})
}
