/**
 * Switches the mutant of the last run off before a suite is loaded: its tables of cases come from the code as it is.
 * Stryker switches the next mutant on before the first test.
 */
const stryker: unknown = Reflect.get(globalThis, '__stryker__');
if (typeof stryker === 'object' && stryker !== null) {
  Reflect.set(stryker, 'activeMutant', undefined);
}
