import { lauxlib, lua, lualib, type State, to_jsstring, to_luastring } from 'fengari';

/** The time that a script sees. */
export const LUA_NOW = '0001-01-01T00:00:00Z';

/**
 * Runs a script as Argo CD runs those of argocd-cm: the object is the global `obj`, and there are only the base and the
 * table library and an `os` with the time. Returns what the script returns. Throws Lua's own message.
 */
export function runLua(script: string, object: unknown): unknown {
  const state = lauxlib.luaL_newstate();
  openLibraries(state);
  push(state, object);
  lua.lua_setglobal(state, to_luastring('obj'));
  const loaded = lauxlib.luaL_loadstring(state, to_luastring(script));
  if (loaded !== lua.LUA_OK || lua.lua_pcall(state, 0, 1, 0) !== lua.LUA_OK) {
    throw new Error(lua.lua_tojsstring(state, -1));
  }
  return read(state, lua.lua_gettop(state));
}

function openLibraries(state: State): void {
  lauxlib.luaL_requiref(state, to_luastring('_G'), lualib.luaopen_base, true);
  lauxlib.luaL_requiref(state, to_luastring('table'), lualib.luaopen_table, true);
  lua.lua_pop(state, 2);
  for (const name of ['dofile', 'loadfile', 'load', 'print']) {
    lua.lua_pushnil(state);
    lua.lua_setglobal(state, to_luastring(name));
  }
  lua.lua_pushcfunction(state, require);
  lua.lua_setglobal(state, to_luastring('require'));
}

/** `require("os")`, and nothing else. */
function require(state: State): number {
  const name = to_jsstring(lauxlib.luaL_checkstring(state, 1));
  if (name !== 'os') {
    throw new Error(`${name} is not there for scripts`);
  }
  lua.lua_createtable(state, 0, 1);
  lua.lua_pushcfunction(state, (inner) => {
    lua.lua_pushstring(inner, to_luastring(LUA_NOW));
    return 1;
  });
  lua.lua_setfield(state, -2, to_luastring('date'));
  return 1;
}

/** Pushes a JSON value; `null` becomes nil, as a field that is not there. */
function push(state: State, value: unknown): void {
  if (typeof value === 'string') {
    lua.lua_pushstring(state, to_luastring(value));
  } else if (typeof value === 'boolean') {
    lua.lua_pushboolean(state, value);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value)) {
      lua.lua_pushinteger(state, value);
    } else {
      lua.lua_pushnumber(state, value);
    }
  } else if (Array.isArray(value)) {
    lua.lua_createtable(state, value.length, 0);
    for (const [index, item] of value.entries()) {
      push(state, item);
      lua.lua_seti(state, -2, index + 1);
    }
  } else if (typeof value === 'object' && value !== null) {
    lua.lua_createtable(state, 0, 0);
    for (const [key, item] of Object.entries(value)) {
      push(state, item);
      lua.lua_setfield(state, -2, to_luastring(key));
    }
  } else {
    lua.lua_pushnil(state);
  }
}

/** The JSON value at an absolute index. A table with the keys 1, 2, ... is a list. */
function read(state: State, index: number): unknown {
  switch (lua.lua_type(state, index)) {
    case lua.LUA_TNIL:
      return undefined;
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, index);
    case lua.LUA_TNUMBER:
      return lua.lua_tonumber(state, index);
    case lua.LUA_TSTRING:
      return lua.lua_tojsstring(state, index);
    case lua.LUA_TTABLE:
      return readTable(state, index);
    default:
      throw new Error('a script returned something that is no JSON');
  }
}

function readTable(state: State, index: number): unknown {
  const entries = new Map<unknown, unknown>();
  lua.lua_pushnil(state);
  while (lua.lua_next(state, index)) {
    const top = lua.lua_gettop(state);
    entries.set(read(state, top - 1), read(state, top));
    lua.lua_pop(state, 1);
  }
  return entries.has(1) ? [...entries.values()] : Object.fromEntries(entries);
}

/** Expressions that need a library which Argo CD does not open. */
export const NEEDS_A_LIBRARY = [
  'string.len("x")',
  '("x"):len()',
  'math.floor(1)',
  'io.open("x")',
  'os.time()',
  'require("string")',
] as const;
