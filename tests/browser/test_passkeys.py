from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

Visit = Callable[..., Any]


def plug_in_a_key(page: Page) -> None:
    """An authenticator inside the browser that says yes to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_replaces_the_password_and_the_code(visit: Visit) -> None:
    visitor = visit("partenaire@estrie.example")
    page = visitor.page
    plug_in_a_key(page)

    visitor.goto("/compte/deuxieme-facteur/cles/ajouter/")
    visitor.check_accessible()
    page.get_by_label("Nom de la clé").fill("Clé du bureau")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_text("La clé d’accès est ajoutée.")).to_be_visible()

    visitor.goto("/compte/deconnexion/")
    page.locator("main").get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url(visitor.url + "/")

    visitor.goto("/compte/deuxieme-facteur/cles/")
    visitor.check_accessible()
    expect(page.get_by_text("Clé du bureau").first).to_be_visible()
    expect(page.get_by_text("Seule, sans mot de passe")).to_be_visible()
    page.locator("main").get_by_role("link", name="Retirer").click()
    visitor.check_accessible()
    page.get_by_role("button", name="Retirer la clé").click()
    expect(page.get_by_text("Aucune clé pour l’instant.")).to_be_visible()


def test_a_key_that_does_not_answer_says_so_and_leaves_the_password(visit: Visit) -> None:
    visitor = visit()
    visitor.goto("/compte/connexion/")
    visitor.page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new Error('NotAllowedError')); }"
    )

    visitor.page.get_by_role("button", name="Utiliser une clé d’accès").click()

    expect(visitor.page.get_by_text("La clé n’a pas répondu.")).to_be_visible()
    expect(visitor.page.get_by_label("Mot de passe", exact=True)).to_be_visible()
