/** The part of fengari (Lua 5.3 in JavaScript, with the C API of Lua) that the tests use. */
declare module 'fengari' {
  /** A Lua state. */
  interface State {
    readonly __state: unique symbol;
  }
  type LuaString = Uint8Array;
  type Open = (state: State) => number;

  export const lua: {
    readonly LUA_OK: number;
    readonly LUA_TNIL: number;
    readonly LUA_TBOOLEAN: number;
    readonly LUA_TNUMBER: number;
    readonly LUA_TSTRING: number;
    readonly LUA_TTABLE: number;
    lua_createtable(state: State, arrayLength: number, records: number): void;
    lua_next(state: State, index: number): boolean | number;
    lua_pcall(state: State, args: number, results: number, handler: number): number;
    lua_pop(state: State, count: number): void;
    lua_pushboolean(state: State, value: boolean): void;
    lua_pushcfunction(state: State, fn: Open): void;
    lua_pushinteger(state: State, value: number): void;
    lua_pushnil(state: State): void;
    lua_pushnumber(state: State, value: number): void;
    lua_pushstring(state: State, value: LuaString): void;
    lua_gettop(state: State): number;
    lua_setfield(state: State, index: number, key: LuaString): void;
    lua_setglobal(state: State, name: LuaString): void;
    lua_seti(state: State, index: number, key: number): void;
    lua_toboolean(state: State, index: number): boolean;
    lua_tojsstring(state: State, index: number): string;
    lua_tonumber(state: State, index: number): number;
    lua_type(state: State, index: number): number;
  };
  export const lauxlib: {
    luaL_checkstring(state: State, index: number): LuaString;
    luaL_loadstring(state: State, code: LuaString): number;
    luaL_newstate(): State;
    luaL_requiref(state: State, name: LuaString, open: Open, global: boolean): void;
  };
  export const lualib: { readonly luaopen_base: Open; readonly luaopen_table: Open };
  export function to_luastring(text: string): LuaString;
  export function to_jsstring(text: LuaString): string;
}
