// Ask a SPARQL endpoint with Comunica: node ask.mjs ENDPOINT QUERY; rows come as lines of JSON.
import { QueryEngine } from '@comunica/query-sparql';

const [endpoint, query] = process.argv.slice(2);
const bindings = await new QueryEngine().queryBindings(query, { sources: [{ type: 'sparql', value: endpoint }] });
for (const row of await bindings.toArray()) {
  console.log(JSON.stringify(Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value]))));
}
