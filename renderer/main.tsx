import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { takeToken } from "./host/token.ts";
import { startApp } from "./startApp.ts";
import "./ui/theme.css";

takeToken();
startApp();
const place = document.getElementById("root");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
