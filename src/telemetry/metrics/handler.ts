import type { RequestHandler } from '../../http/listener.ts';
import { routes, text } from '../../http/routes.ts';
import type { Metrics } from './metrics.ts';

/** `/metrics` in the text format of Prometheus. */
export function metricsHandler(metrics: Metrics): RequestHandler {
  return routes({
    '/metrics': async () => {
      const { contentType, text: body } = await metrics.expose();
      return text(200, body, { 'content-type': contentType });
    },
  });
}
