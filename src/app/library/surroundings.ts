/** What a run of the library may reach of the outside: nothing that is not named. */
import { isAbsolute, resolve } from 'node:path'
import type { ToolOptions } from '../../actors/tools/tool-options.ts'
import type { OwnActor } from '../own-actor.ts'

export interface Surroundings {
  /** Tools and models of your own (`defineTool`, `defineActor`); one with the name of a built-in takes its place. */
  actors?: readonly OwnActor[]
  /**
   * Folders that file tools may read and write, relative to the working directory; relative paths in tools are relative to
   * the first. Default: the folder of the workflow's file; of a workflow without a file none.
   */
  files?: { read?: readonly string[]; write?: readonly string[] }
  /** Private addresses and hosts that http tools may reach: `127.0.0.1:8080`, `intranet.example`. Default: none. */
  http?: { allow?: readonly string[] }
  /** Values of the secrets that the workflow declares, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
  /** The environment variables that expressions read as `env.NAME`. */
  env?: Readonly<Record<string, string>>
}

/** `database`, the location of the store, is never touched, though it may lie in one of the folders. */
export const toToolOptions = (
  { files, http }: Surroundings,
  { folder, database }: { folder: string | undefined; database?: string },
): Omit<ToolOptions, 'now'> => {
  const own = folder === undefined ? [] : [folder]
  const toFolders = (paths: readonly string[] | undefined): string[] => paths?.map((path) => resolve(path)) ?? own
  return {
    files: {
      read: toFolders(files?.read),
      write: toFolders(files?.write),
      protected: isDatabaseFile(database) ? ['', '-wal', '-shm'].map((end) => database + end) : [],
    },
    http: { allow: [...(http?.allow ?? [])] },
  }
}

/** The store in memory is nowhere. */
const isDatabaseFile = (location: string | undefined): location is string =>
  location !== undefined && isAbsolute(location)
