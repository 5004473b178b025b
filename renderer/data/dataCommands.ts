import { generatorCatalogue } from "#shared/datasets/generatorCatalogue.ts";
import { defineCommand } from "../commands/defineCommand.ts";
import { datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { bindGenerated, chooseData } from "./chooseData.ts";
import { fitNetwork } from "./fitNetwork.ts";

const hasProject = () => sessionStore.getState().view !== "start";

export const dataCommands = [
  defineCommand({
    id: "data.choose",
    title: "Choose data…",
    group: "Data",
    keywords: "open file folder csv idx mnist replace import",
    isEnabled: hasProject,
    run: chooseData,
  }),
  defineCommand({
    id: "data.fitNetwork",
    title: "Fit network to this data",
    group: "Data",
    keywords: "input shape units loss output",
    isEnabled: () => hasProject() && datasetStore.getState().summary !== null,
    run: fitNetwork,
  }),
  defineCommand({
    id: "data.remove",
    title: "Remove the data from the project",
    group: "Data",
    isEnabled: () => hasProject() && documentStore.getState().document.data !== null,
    run: () => {
      documentStore.getState().edit({ kind: "setData", data: null });
    },
  }),
  ...generatorCatalogue.map(({ name, title, summary }) =>
    defineCommand({
      id: `data.generate.${name}`,
      title: `Use generated data: ${title}`,
      group: "Data",
      keywords: summary,
      isEnabled: hasProject,
      run: () => bindGenerated(name),
    }),
  ),
];
