import type { Catalogue } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import type { Placement } from '../runtime/effects/placement.ts'
import type { SecretVault } from '../secrets/secret-vault.ts'

/** Performs the steps of runs that may touch the same folders and hold the same secrets, and describes what it can perform. */
export interface Performer {
  placement: Placement
  /** Resolves secrets on their way to an actor and redacts them on their way back (J9). */
  vault: SecretVault
  /** Names the tools and providers that workflows may use. */
  catalogue: Catalogue
  pricing: Pricing
}
