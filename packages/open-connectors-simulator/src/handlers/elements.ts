import { check, oauthUrlInput, readBody } from '../body.ts';
import type { Call, Handler } from '../call.ts';
import { type ElementDefinition, elements, findElement, isRequired } from '../catalog.ts';
import { ApiError } from '../errors.ts';
import { elementView } from '../view.ts';
import { json } from '../wire.ts';
import { authorizePath } from './consent.ts';

function elementOf(call: Call): ElementDefinition {
  const keyOrId = call.parameters['element'] ?? '';
  const element = findElement(keyOrId);
  if (element === undefined) {
    throw new ApiError(404, `No element found with key or ID ${keyOrId}`);
  }
  return element;
}

/** `GET /elements`. */
export const listElements: Handler = () => json(200, elements.map(elementView));

/** `GET /elements/{keyOrId}`. */
export const readElement: Handler = (call) => {
  const element = elementOf(call);
  return json(200, { ...elementView(element), configuration: propertiesOf(element, call) });
};

function propertiesOf(element: ElementDefinition, call: Call) {
  return element.properties.map((property, index) => ({
    id: element.id * 100 + index,
    key: property.key,
    name: property.name,
    description: property.name,
    defaultValue: property.initial,
    resellerConfig: false,
    companyConfig: false,
    active: true,
    internal: false,
    groupControl: false,
    displayOrder: index,
    type: property.type,
    hideFromConsole: property.byPlatform === true,
    required: isRequired(property, call.context.knobs),
  }));
}

/** `GET /elements/{keyOrId}/configuration`. */
export const readElementConfiguration: Handler = (call) => {
  const { knobs } = call.context;
  const element = elementOf(call);
  const configuration = propertiesOf(element, call);
  return json(
    200,
    knobs.elementConfigurationShape === 'list' ? configuration : { configuration, providerData: [] },
  );
};

function oauthUrl(call: Call, context: unknown) {
  const element = elementOf(call);
  const { apiKey, callbackUrl, scope, state } = check(oauthUrlInput, context);
  // The platform does not validate the OAuth client here; the provider refuses a wrong one.
  const url = new URL(authorizePath, call.context.origin);
  url.searchParams.set('scope', scope ?? 'full');
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('redirect_uri', callbackUrl);
  url.searchParams.set('state', state ?? element.key);
  url.searchParams.set('client_id', apiKey);
  return json(200, { oauthUrl: url.href, element: element.key });
}

/** `GET /elements/{keyOrId}/oauth/url?apiKey=…`. */
export const readOauthUrl: Handler = (call) => oauthUrl(call, Object.fromEntries(call.query));

/** `POST /elements/{keyOrId}/oauth/url`, which keeps the client secret out of URLs. */
export const createOauthUrl: Handler = (call) => {
  if (!call.context.knobs.oauthUrlByPost) {
    throw new ApiError(405, 'Request method POST not supported');
  }
  return oauthUrl(call, readBody(oauthUrlInput, call.body));
};
