/**
 * Imports of packages that few users need: optional peers in package.json, which npm does not install with Troupe. A package that
 * is missing is a fault that says how to install it.
 */
import { Fault } from './fault.ts'

/**
 * Imports an optional package: `importOptional('pg', () => import('pg'))`.
 * @throws Fault `unavailable` where it is not installed; the error of the package where it can't be loaded
 */
export const importOptional = async <T>(name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(name, error)) throw error
    throw new Fault('unavailable', `the package '${name}' is not installed\n  hint: npm install ${name}`, {
      cause: error,
    })
  }
}

/** False for a package that is there and lacks one of its own. */
const isMissing = (name: string, error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.startsWith(`Cannot find package '${name}' `)
