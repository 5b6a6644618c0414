/** Reads the endpoint of an Azure resource, which has no address that all users share. */
import { Fault } from '../../../core/fault.ts'

/**
 * Makes the base URL of the interface: `https://RESOURCE.openai.azure.com` becomes `https://RESOURCE.openai.azure.com/openai`. A path of
 * one's own, as of a gateway, stays.
 * @throws Fault `invalid_input`
 */
export const toAzureUrl = (address = ''): string => {
  const url = address === '' ? null : URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new Fault(
      'invalid_input',
      `the address of Azure is ${address === '' ? 'missing' : 'wrong'}: expected the endpoint of a resource\nset it: export AZURE_OPENAI_ENDPOINT=https://RESOURCE.openai.azure.com, or base_url in troupe.config.yaml`,
    )
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')
  return `${url.origin}${path === '' ? '/openai' : path}`
}
