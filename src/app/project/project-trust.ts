/**
 * Trust in one project: which grants of its config count.
 *
 * A repository is not trusted because it was cloned. Until a person has trusted the grants of its config, they are withheld: `config`
 * is then the config without them. A record of trust holds for the grants that it was given for; any change of them, also of the place
 * that a path leads to, needs a new one. Secrets that a workflow reads and the config does not list are trusted by name.
 */
import type { Grant, ProjectConfig } from '../../compiler/config.ts'
import { hashJson } from '../../core/hash.ts'
import { readTrust, removeTrust, type TrustRecord, writeTrust } from './trust-records.ts'

export interface TrustOptions {
  config: ProjectConfig
  /** Absolute: the config, or the folder of workflows that have none. Links of the folder are resolved. */
  place: string
  grants: readonly Grant[]
  /** Makes the config without its grants; called once at most, where they do not count. */
  withhold(): ProjectConfig
  /** The user's folder of records. */
  folder: string
  /** True: all is trusted for this process, and nothing is recorded. */
  isGiven: boolean
}

export class ProjectTrust {
  readonly #options: TrustOptions
  readonly #hash: string
  #record: TrustRecord | undefined
  #withheld: ProjectConfig | undefined

  constructor(options: TrustOptions) {
    this.#options = options
    this.#hash = hashJson(options.grants)
    this.#record = options.isGiven ? undefined : readTrust(options.folder, options.place)
  }

  /** The config as far as it is trusted. */
  get config(): ProjectConfig {
    if (this.isTrusted) return this.#options.config
    this.#withheld ??= this.#options.withhold()
    return this.#withheld
  }

  /** True if all grants of the config count. */
  get isTrusted(): boolean {
    const { isGiven, grants } = this.#options
    return isGiven || grants.length === 0 || this.#record?.hash === this.#hash
  }

  /** All grants of the config. */
  get grants(): readonly Grant[] {
    return this.#options.grants
  }

  /** The grants that do not count: all or none. */
  get untrusted(): readonly Grant[] {
    return this.isTrusted ? [] : this.#options.grants
  }

  /** The grants that were trusted before the config was changed. */
  get former(): readonly Grant[] | undefined {
    return this.isTrusted ? undefined : this.#record?.grants
  }

  /** Absolute: the config, or the folder of workflows that have none. */
  get place(): string {
    return this.#options.place
  }

  /** Absolute: the user's folder of records. */
  get folder(): string {
    return this.#options.folder
  }

  mayRead(secret: string): boolean {
    if (this.#options.isGiven) return true
    return this.names(secret) ? this.isTrusted : (this.#record?.secrets.includes(secret) ?? false)
  }

  /** True if the config names the secret: as one, or as the key of a provider. */
  names(secret: string): boolean {
    const { secrets, providers } = this.#options.config
    return secrets.has(secret) || [...providers.values()].some(({ key }) => key === secret)
  }

  /** Records trust in all grants of the config, and in these secrets of workflows. @throws Fault `unavailable` */
  accept(secrets: Iterable<string> = []): void {
    const { place, grants, folder } = this.#options
    const own = [...secrets].filter((secret) => !this.names(secret))
    const record: TrustRecord = {
      place,
      hash: this.#hash,
      grants,
      secrets: [...new Set([...(this.#record?.secrets ?? []), ...own])].sort(),
    }
    writeTrust(folder, record)
    this.#record = record
  }

  /** Removes the record. Returns false if there was none. */
  revoke(): boolean {
    const had = this.#record !== undefined
    removeTrust(this.#options.folder, this.#options.place)
    this.#record = undefined
    return had
  }
}
