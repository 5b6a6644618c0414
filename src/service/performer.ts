import type { Catalogue } from '../compiler/catalogue.ts'
import type { Pricing } from '../core/pricing.ts'
import type { SecuredPlacement } from '../runtime/effects/placement.ts'

/** Performs the steps of runs that may touch the same folders and hold the same secrets, and describes what it can perform. */
export interface Performer extends SecuredPlacement {
  /** Names the tools and providers that workflows may use. */
  catalogue: Catalogue
  pricing: Pricing
}
